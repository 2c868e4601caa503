using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Shell;

/// <summary>Former lines, in a file that only the user can read. Losing them is no failure.</summary>
internal sealed class History(string path)
{
    /// <summary>Lines.</summary>
    private const int Kept = 1_000;

    private readonly List<string> _lines = Load(path);

    public static History Of(Terminal terminal) => new(Path.Combine(terminal.Folder("XDG_STATE_HOME", ".local/state"), "history"));

    public IReadOnlyList<string> Lines => _lines;

    public void Add(string line)
    {
        if (line.Length == 0 || (_lines.Count > 0 && _lines[^1] == line))
        {
            return;
        }

        _lines.Add(line);
        try
        {
            using var file = new StreamWriter(PrivateFile.Append(path));
            file.Write($"{line}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static List<string> Load(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return [];
            }

            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            var lines = File.ReadAllLines(path);
            if (lines.Length > 2 * Kept)
            {
                PrivateFile.Replace(path, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines.TakeLast(Kept)) + "\n"));
            }

            return [.. lines.TakeLast(Kept)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
