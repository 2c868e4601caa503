namespace ActorEvents.Aectl.Terminals;

/// <summary>Files of ours are the user's own: 0600, in a folder of 0700.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes it as a whole or not at all.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        CreateFolder(path);
        var next = $"{path}.{Environment.ProcessId}";
        using (var file = Open(next, FileMode.Create))
        {
            file.Write(content);
        }

        File.Move(next, path, overwrite: true);
    }

    public static FileStream Append(string path)
    {
        CreateFolder(path);
        return Open(path, FileMode.Append);
    }

    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Mine;
        }

        return new FileStream(path, options);
    }

    private static void CreateFolder(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, Mine | UnixFileMode.UserExecute);
        }
    }
}
