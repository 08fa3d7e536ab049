using Jumpgate.Policy.Http;

namespace Jumpgate.Http.Connections;

internal static class HeaderMutationExtensions
{
    /// <summary>Runs one header action on the values that a header has so far.</summary>
    public static void Apply(this HeaderMutation mutation, List<string> values)
    {
        switch (mutation.Kind)
        {
            case HeaderMutationKind.Add:
                values.Add(mutation.Value ?? string.Empty);
                break;
            case HeaderMutationKind.Delete:
                values.Clear();
                break;
            case HeaderMutationKind.Replace:
                values.Clear();
                values.Add(mutation.Value ?? string.Empty);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(mutation), mutation.Kind, "unknown header action");
        }
    }
}
