using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Jumpgate.Bpf.Tests")]
[assembly: InternalsVisibleTo("Jumpgate.Testing")]
