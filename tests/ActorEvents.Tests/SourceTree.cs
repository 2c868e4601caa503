namespace ActorEvents.Tests;

internal static class SourceTree
{
    /// <summary>The folder with the solution and README.md, above where the tests were built.</summary>
    public static string Folder { get; } = Above(new DirectoryInfo(AppContext.BaseDirectory));

    private static string Above(DirectoryInfo? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ActorEvents.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"no ActorEvents.sln above {AppContext.BaseDirectory}");
    }
}
