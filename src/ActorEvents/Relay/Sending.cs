using System.Diagnostics;
using ActorEvents.Telemetry;

namespace ActorEvents.Relay;

/// <summary>What telemetry sees of a list of records that is being published.</summary>
internal sealed class Sending
{
    private readonly string _system;
    private readonly Activity?[] _spans;
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <param name="records">What is to be published.</param>
    public Sending(string system, IReadOnlyList<RelayRecord> records)
    {
        _system = system;
        Records = records;
        _spans = [];
        if (Tracing.IsOn)
        {
            (Records, _spans) = Start(system, records);
        }
    }

    /// <summary>The same records, each in the span of its hop where somebody listens.</summary>
    public IReadOnlyList<RelayRecord> Records { get; }

    public void Refused(int index, string reason)
    {
        if (_spans.Length > 0)
        {
            _spans[index].End(reason, "refused");
            _spans[index] = null;
        }
    }

    /// <param name="failure">Null: all but what was refused is acknowledged.</param>
    public void End(Exception? failure = null)
    {
        foreach (var span in _spans)
        {
            span.End(failure?.Message, failure?.GetType().FullName);
        }

        Metrics.SendEnded(_system, Destination(), Stopwatch.GetElapsedTime(_started), failure?.GetType().FullName);
    }

    private static (RelayRecord[] Records, Activity?[] Spans) Start(string system, IReadOnlyList<RelayRecord> records)
    {
        var spans = new Activity?[records.Count];
        var traced = new RelayRecord[records.Count];
        for (var i = 0; i < traced.Length; i++)
        {
            spans[i] = Tracing.Send(system, records[i].Topic, records[i].Event);
            traced[i] = spans[i] is { } span ? records[i] with { HopTraceParent = span.Id } : records[i];
        }

        return (traced, spans);
    }

    /// <summary>The topic, or null: the list goes to several.</summary>
    private string? Destination()
    {
        for (var i = 1; i < Records.Count; i++)
        {
            if (Records[i].Topic != Records[0].Topic)
            {
                return null;
            }
        }

        return Records.Count == 0 ? null : Records[0].Topic;
    }
}
