using System.Diagnostics;
using System.Globalization;

namespace ActorEvents.Tests.Journal.Faults;

/// <summary>A folder on a disk of its own, whose size a test may change.</summary>
internal sealed class TmpfsFolder : IDisposable
{
    private TmpfsFolder()
    {
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("actor-events-tmpfs-").FullName;

    /// <summary>Null where it may not be mounted.</summary>
    public static TmpfsFolder? Mount(int mebibytes)
    {
        var folder = new TmpfsFolder();
        if (Run("mount", "-t", "tmpfs", "-o", Size(mebibytes << 20), "tmpfs", folder.Path))
        {
            return folder;
        }

        Directory.Delete(folder.Path);
        return null;
    }

    /// <summary>About so many bytes are free from now on. It cannot become smaller than what is written meanwhile.</summary>
    public void Leave(long bytes)
    {
        bool done;
        do
        {
            var drive = new DriveInfo(Path);
            done = Run("mount", "-o", "remount," + Size(drive.TotalSize - drive.AvailableFreeSpace + bytes), Path);
            bytes += 256 << 10;
        }
        while (!done);
    }

    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"size={bytes}");

    private static bool Run(params string[] command)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
