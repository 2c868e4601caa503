using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;

namespace ActorEvents.Web.Admin.Http;

/// <summary>Finds a place for the node's socket; takes away what dead nodes have left.</summary>
internal static class SocketPlace
{
    /// <param name="setting"><c>auto</c>, <c>off</c> or a path.</param>
    /// <param name="problem">Why there is none though there should be; null: nothing is wrong.</param>
    /// <returns>The path; null: no socket.</returns>
    public static string? Find(string setting, string system, out string? problem)
    {
        problem = null;
        if (setting == "off")
        {
            return null;
        }

        try
        {
            return setting != "auto" ? Given(Path.GetFullPath(setting)) : OperatingSystem.IsWindows() ? null : In(SocketFolder.Default, system);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message.TrimEnd('.');
            return null;
        }
    }

    private static string Given(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return Free(path) ? path : throw new IOException($"{path} is in use by another process, or is no socket");
    }

    /// <param name="folder">Of sockets; made if it is not there.</param>
    /// <exception cref="IOException">There is no place.</exception>
    [UnsupportedOSPlatform("windows")]
    internal static string In(string folder, string system)
    {
        SocketFolder.Take(folder);
        Sweep(folder);

        // More than one node in one process: only in tests, but there they must not take each other's.
        for (var i = 1; i < 100; i++)
        {
            var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{system}-{Environment.ProcessId}{(i == 1 ? "" : $"-{i}")}.sock"));
            if (Encoding.UTF8.GetByteCount(path) > AdminOptions.MostSocketBytes)
            {
                throw new IOException($"the path {path} is longer than {AdminOptions.MostSocketBytes} bytes, which is what a socket takes");
            }

            if (Free(path))
            {
                return path;
            }
        }

        throw new IOException($"{folder} is full of this process's sockets");
    }

    /// <summary>Whether nobody listens there; what a dead node has left is deleted.</summary>
    private static bool Free(string path)
    {
        if (!File.Exists(path))
        {
            return true;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // Refused is also what a plain file says, and that is not ours to delete.
            if ((File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0 || new FileInfo(path).Length > 0)
            {
                return false;
            }

            File.Delete(path);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Sweep(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            // SYSTEM-PID.sock, SYSTEM-PID-2.json. A process that is not known here may run in another container that shares the folder: then somebody listens.
            var parts = Path.GetFileNameWithoutExtension(file).Split('-');
            var at = parts.Length > 2 && parts[^1].Length < 3 && int.TryParse(parts[^2], NumberStyles.None, CultureInfo.InvariantCulture, out _) ? parts.Length - 2 : parts.Length - 1;
            if (Path.GetExtension(file) is ".sock" or ".json" && int.TryParse(parts[at], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && IsGone(process) && Free(Path.ChangeExtension(file, ".sock")))
            {
                File.Delete(file);
            }
        }
    }

    private static bool IsGone(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return found.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
