using System.Text;

namespace ActorEvents.Events.Codecs;

/// <summary>
/// Trace context in a record's own headers <c>traceparent</c> and <c>tracestate</c>, where tracing of Kafka clients puts it. Of several the last counts; what is malformed is
/// not there, as W3C Trace Context wants.
/// </summary>
internal ref struct TraceHeaders
{
    private ReadOnlySpan<byte> _parent;
    private ReadOnlySpan<byte> _state;

    /// <summary>Takes one header into account.</summary>
    public void See(RawHeader header)
    {
        if (header.Name.SequenceEqual("traceparent"u8))
        {
            _parent = header.Value;
        }
        else if (header.Name.SequenceEqual("tracestate"u8))
        {
            _state = header.Value;
        }
    }

    /// <summary>What those that were seen say, or null.</summary>
    public readonly TraceContext? Context()
    {
        if (_parent.Length != TraceContext.ParentLength)
        {
            return null;
        }

        var parent = Encoding.Latin1.GetString(_parent);
        return TraceContext.IsParent(parent) ? new TraceContext(parent, State()) : null;
    }

    private readonly string? State() => _state.Length is > 0 and <= TraceContext.MaxState && !_state.ContainsAnyExceptInRange((byte)' ', (byte)'~')
        ? Encoding.ASCII.GetString(_state)
        : null;
}
