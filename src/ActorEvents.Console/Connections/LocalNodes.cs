using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Connections;

/// <summary>The discovery files that nodes of this user keep beside their sockets.</summary>
internal static partial class LocalNodes
{
    /// <summary>Where nodes put them, that were started with the same XDG_RUNTIME_DIR.</summary>
    public static IReadOnlyList<string> Folders(Terminal terminal) =>
        [terminal.Environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, "actorevents") : string.Create(CultureInfo.InvariantCulture, $"/tmp/actorevents-{UserId()}")];

    /// <summary>Those whose process lives, by system and pid.</summary>
    public static IReadOnlyList<LocalNode> Find(IEnumerable<string> folders) =>
        [.. folders.Where(IsPrivate)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.json"))
            .Select(Read)
            .OfType<LocalNode>()
            .Where(n => IsAlive(n.Pid) && File.Exists(n.Socket))
            .OrderBy(n => n.System, StringComparer.Ordinal).ThenBy(n => n.Pid)];

    /// <summary>What somebody else may write to could lead to their socket.</summary>
    private static bool IsPrivate(string folder) =>
        Directory.Exists(folder) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0);

    private static LocalNode? Read(string file)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var node = json.RootElement;
            return new LocalNode(
                node.GetProperty("system").GetString() ?? "", node.GetProperty("pid").GetInt32(), node.GetProperty("node").GetString() ?? "", node.GetProperty("socket").GetString() ?? "",
                node.TryGetProperty("tcp", out var tcp) ? tcp.GetString() : null, node.TryGetProperty("startedAt", out var started) ? started.GetString() : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // Half written, or not of a node: another program's file is no reason to fail.
            return null;
        }
    }

    private static bool IsAlive(int pid)
    {
        if (OperatingSystem.IsLinux())
        {
            return Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}"));
        }

        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static uint UserId() => OperatingSystem.IsWindows() ? 0 : geteuid();

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint geteuid();
}
