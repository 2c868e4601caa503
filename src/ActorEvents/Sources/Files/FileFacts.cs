using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ActorEvents.Sources.Files;

/// <summary>What the system says of a file without reading it.</summary>
/// <param name="NotRegular">What it is, if it is no regular file; else null.</param>
/// <param name="Device">With <paramref name="Number"/>: which file it is, whatever its name. A number is given again once the file is deleted and closed by all.</param>
/// <param name="Number">The inode; where there is none, the time at which the file was made.</param>
/// <param name="Names">Names that it has; 0: it was deleted, or another file was moved over it.</param>
/// <param name="Born">When it was made; 0 where the file system does not keep that.</param>
/// <param name="Changed">When its bytes were last changed; only for comparison.</param>
internal readonly record struct FileFacts(string? NotRegular, ulong Device, ulong Number, long Born, uint Names, long Length, long Changed)
{
    private const int WorkingDirectory = -100;
    private const int OfHandle = 0x1000;
    private const uint Asked = 0xfff;

    /// <summary>Null: nothing stands at the path.</summary>
    /// <exception cref="IOException">It cannot be asked for.</exception>
    public static FileFacts? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            var info = new FileInfo(path);
            return Directory.Exists(path) ? new FileFacts("a folder", 0, 0, 0, 1, 0, 0)
                : info.Exists ? new FileFacts(null, 0, (ulong)info.CreationTimeUtc.Ticks, 0, 1, info.Length, info.LastWriteTimeUtc.Ticks)
                : null;
        }

        var buffer = new byte[256];
        if (statx(WorkingDirectory, Encoding.UTF8.GetBytes(path + "\0"), 0, Asked, buffer) == 0)
        {
            return Read(buffer);
        }

        const int NoEntry = 2;
        const int NoFolder = 20;
        var error = Marshal.GetLastPInvokeError();
        return error is NoEntry or NoFolder ? null : throw new IOException($"'{path}' cannot be looked at: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    public static FileFacts Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new FileFacts(null, 0, (ulong)File.GetCreationTimeUtc(file).Ticks, 0, 1, RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file).Ticks);
        }

        var buffer = new byte[256];
        var held = false;
        try
        {
            file.DangerousAddRef(ref held);
            return statx((int)file.DangerousGetHandle(), [0], OfHandle, Asked, buffer) == 0
                ? Read(buffer)
                : throw new IOException($"The open file cannot be looked at: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>Tells it also from a former file of the same number.</summary>
    public (ulong Device, ulong Number, long Born) Known => (Device, Number, Born);

    public bool IsSameFile(in FileFacts other) => Number == other.Number && Device == other.Device;

    /// <summary>The kernel's <c>struct statx</c>, which is the same on every architecture.</summary>
    private static FileFacts Read(ReadOnlySpan<byte> buffer)
    {
        const int TypeMask = 0xF000;
        var kind = (BitConverter.ToUInt16(buffer[28..]) & TypeMask) switch
        {
            0x8000 => null,
            0x4000 => "a folder",
            0x1000 => "a pipe (FIFO)",
            0xC000 => "a socket",
            _ => "a device",
        };
        return new FileFacts(
            kind,
            BitConverter.ToUInt64(buffer[136..]),
            BitConverter.ToUInt64(buffer[32..]),
            Time(buffer[80..]),
            BitConverter.ToUInt32(buffer[16..]),
            BitConverter.ToInt64(buffer[40..]),
            Time(buffer[112..]));

        static long Time(ReadOnlySpan<byte> nanoseconds) => (BitConverter.ToInt64(nanoseconds) * 1_000_000_000) + BitConverter.ToUInt32(nanoseconds[8..]);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, [Out] byte[] facts);
}
