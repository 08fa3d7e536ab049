using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Support;

/// <summary>No wait of a test goes on for ever.</summary>
internal static class Bounded
{

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Wait.Patience);

    public static Task Within(this Task task) => task.WaitAsync(Wait.Patience);
}
