using System.Runtime.CompilerServices;

// The tests hold the compiled expressions against their own reading of the parsed ones.
[assembly: InternalsVisibleTo("Jumpgate.Policy.Tests")]
