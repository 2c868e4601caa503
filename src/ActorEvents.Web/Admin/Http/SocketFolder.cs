using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace ActorEvents.Web.Admin.Http;

/// <summary>The folder of sockets and of the files that say where nodes are: of its user alone.</summary>
[UnsupportedOSPlatform("windows")]
internal static class SocketFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int NoFollow = 0x100;
    private const uint WantUid = 0x8;
    private const int UidAt = 20;

    public static string Default => Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } run && Path.IsPathRooted(run) && Directory.Exists(run)
        ? Path.Combine(run, "actorevents")
        : $"/tmp/actorevents-{geteuid()}";

    /// <summary>Makes it, or takes it if it is ours.</summary>
    /// <exception cref="IOException">It cannot be made, or somebody else has put it there.</exception>
    public static void Take(string folder)
    {
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }

        if (new DirectoryInfo(folder).LinkTarget is not null || OwnerOf(folder) is { } owner && owner != geteuid())
        {
            throw new IOException($"{folder} is not a folder of this user");
        }

        File.SetUnixFileMode(folder, OwnerOnly);
    }

    /// <summary>Null: not known on this system; then only an owner can set its mode, which is tried.</summary>
    private static uint? OwnerOf(string path)
    {
        try
        {
            var status = new byte[256];
            return statx(-100, Encoding.UTF8.GetBytes(path + "\0"), NoFollow, WantUid, status) == 0 ? BitConverter.ToUInt32(status, UidAt) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, byte[] status);
}
