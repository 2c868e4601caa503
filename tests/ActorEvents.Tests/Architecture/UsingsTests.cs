using System.Text.RegularExpressions;

namespace ActorEvents.Tests.Architecture;

public sealed partial class UsingsTests
{
    /// <summary>What <c>dotnet format</c> asks of them, which finds it out only with the whole solution loaded.</summary>
    [Fact]
    public void Stand_in_order_those_of_System_first()
    {
        var files = new[] { "src", "tests" }
            .SelectMany(f => Directory.EnumerateFiles(Path.Combine(SourceTree.Folder, f), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .ToDictionary(f => f, f => Using().Matches(File.ReadAllText(f)).Select(m => m.Groups["name"].Value).ToArray(), StringComparer.Ordinal);

        Assert.True(files.Count > 100, $"{files.Count} files below {SourceTree.Folder}");
        Assert.All(files, f => Assert.Equal(InOrder(f.Value), f.Value));
    }

    /// <summary>A dot sorts before all that may stand in a name.</summary>
    private static string[] InOrder(string[] names) =>
        [.. names.OrderBy(n => n != "System" && !n.StartsWith("System.", StringComparison.Ordinal)).ThenBy(n => n.Replace('.', ' '), StringComparer.OrdinalIgnoreCase)];

    [GeneratedRegex(@"^using (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Using();
}
