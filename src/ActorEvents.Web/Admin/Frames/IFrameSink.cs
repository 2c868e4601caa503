namespace ActorEvents.Web.Admin.Frames;

/// <summary>Where frames go, one JSON object with its line feed at a time. Not thread-safe.</summary>
internal interface IFrameSink
{
    ValueTask WriteAsync(ReadOnlyMemory<byte> line, CancellationToken stop);
}

/// <summary>Frames in memory.</summary>
internal sealed class MemorySink : IFrameSink
{
    private readonly MemoryStream _lines = new();

    public ReadOnlyMemory<byte> Lines => _lines.GetBuffer().AsMemory(0, (int)_lines.Length);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> line, CancellationToken stop)
    {
        _lines.Write(line.Span);
        return default;
    }
}
