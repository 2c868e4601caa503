using System.Text.Json;
using ActorEvents.Web.Admin.Frames;

namespace ActorEvents.Web.Admin.Http;

/// <summary>Says beside the socket where a node of this machine is, for clients that look for one.</summary>
internal static class DiscoveryFile
{
    public static string PathOf(string socket) => Path.ChangeExtension(socket, ".json");

    public static void Write(string socket, string system, string node, string? tcp, DateTimeOffset started)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(PathOf(socket), options);
        JsonSerializer.Serialize(stream, new { version = 1, system, pid = Environment.ProcessId, node, socket, tcp, startedAt = FrameLine.Time(started) }, FrameLine.Json);
    }
}
