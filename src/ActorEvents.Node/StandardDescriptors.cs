using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ActorEvents.Node;

/// <summary>
/// A process that is started with a closed standard descriptor (<c>2&gt;&amp;-</c>) gives its number to the next file that it opens: then log text stands in a database, or in a pipe of the
/// runtime. Such a process starts itself anew, as the same one, with /dev/null there. Linux only.
/// </summary>
internal static class StandardDescriptors
{
    private const int OpenReadWrite = 2;
    private const int CloseOnExec = 0x80000;

    /// <summary>Does not return if one of them was closed.</summary>
    public static void Ensure()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var closed = Enumerable.Range(0, 3).Where(WasClosed).ToList();
        if (closed.Count == 0)
        {
            return;
        }

        var arguments = File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0');
        var program = Encoding.UTF8.GetBytes(Path.GetFullPath(File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: true)!.FullName) + "\0");
        nint[] texts = [.. arguments.Select(Marshal.StringToCoTaskMemUTF8), 0];
        var nothing = open(Encoding.UTF8.GetBytes("/dev/null\0"), OpenReadWrite);
        foreach (var descriptor in closed)
        {
            dup2(nothing, descriptor);
        }

        execv(program, texts);
        throw new IOException($"Standard descriptor {closed[0]} is closed, and the program cannot be started anew with /dev/null there: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>What was inherited is not closed on exec; all that the runtime opens is.</summary>
    private static bool WasClosed(int descriptor)
    {
        try
        {
            var flags = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{descriptor}")).First(l => l.StartsWith("flags:", StringComparison.Ordinal));
            return (Convert.ToInt64(flags[6..].Trim(), 8) & CloseOnExec) != 0;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int dup2(int from, int to);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int execv(byte[] program, nint[] arguments);
}
