using System.Globalization;

namespace ActorEvents.Benchmarks;

/// <summary>What happens, on standard error: standard output is the result's.</summary>
internal static class Progress
{
    public static void Say(string benchmark, FormattableString what) => Console.Error.WriteLine($"{benchmark}: {what.ToString(CultureInfo.InvariantCulture)}");
}
