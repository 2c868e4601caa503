using System.Diagnostics.Metrics;

namespace ActorEvents.Tests.Sources.Files;

/// <summary>What the metric says of the sources of one name from now on; other tests lose lines at the same time.</summary>
internal sealed class LostLines : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _lines;

    public LostLines(string source)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "actorevents.file.lost_lines")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.ToArray().Contains(KeyValuePair.Create("source", (object?)source)))
            {
                Interlocked.Add(ref _lines, value);
            }
        });
        _listener.Start();
    }

    public long Count => Interlocked.Read(ref _lines);

    public void Dispose() => _listener.Dispose();
}
