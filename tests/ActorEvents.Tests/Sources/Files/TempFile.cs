using System.Text;
using ActorEvents.Sources.Files;

namespace ActorEvents.Tests.Sources.Files;

/// <summary>A file of its own folder, and readings of it.</summary>
internal sealed class TempFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-files-").FullName;

    public TempFile(string content = "", string name = "orders.csv")
        : this(Encoding.UTF8.GetBytes(content), name)
    {
    }

    public TempFile(byte[] content, string name = "orders.csv")
    {
        Path = System.IO.Path.Combine(_folder, name);
        File.WriteAllBytes(Path, content);
    }

    public string Path { get; }

    public void Append(string text) => Append(Encoding.UTF8.GetBytes(text));

    public void Append(byte[] bytes)
    {
        using var file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        file.Write(bytes);
    }

    public void Write(string text) => File.WriteAllText(Path, text);

    public FileReadOptions Csv(string? key = null, char separator = ',', int limit = 4_096, bool follow = false) =>
        new() { Path = Path, KeyColumn = key, Separator = separator, MaxEventBytes = limit, Follow = follow, PollInterval = TimeSpan.FromMilliseconds(2), RotateWait = TimeSpan.FromMilliseconds(50) };

    public FileReadOptions Ndjson(string? key = null, int limit = 4_096, bool follow = false) =>
        new() { Path = Path, Format = FileFormat.Ndjson, KeyColumn = key, MaxEventBytes = limit, Follow = follow, PollInterval = TimeSpan.FromMilliseconds(2), RotateWait = TimeSpan.FromMilliseconds(50) };

    public static async Task<List<FileRecord>> ReadAsync(FileReadOptions options, FilePlace? from = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var all = new List<FileRecord>();
        var (line, resume) = from ?? FilePlace.Start;
        await foreach (var batch in new FileRecords(options, TimeProvider.System).ReadAsync(line, resume, deadline.Token))
        {
            all.AddRange(batch);
        }

        return all;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

internal static class FileRecordText
{
    public static string Text(this FileRecord record) => Encoding.UTF8.GetString(record.Data.Span);

    public static FilePlace Behind(this FileRecord record) => new(record.Line + 1, record.Resume);
}
