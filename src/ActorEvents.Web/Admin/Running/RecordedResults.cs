using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Frames;

namespace ActorEvents.Web.Admin.Running;

/// <summary>
/// What calls that change something were answered, by their request id: a client that lost the answer asks again and nothing is done twice. Bounded: the oldest go first, and an
/// answer that is too large is not kept, but its id is.
/// </summary>
internal sealed class RecordedResults
{
    /// <summary>Answers that are kept.</summary>
    public const int Capacity = 128;

    /// <summary>Bytes of one answer.</summary>
    public const int MostBytes = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Recorded> _results = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    /// <summary>Begins one, or finds what began before.</summary>
    /// <param name="isNew">The caller is to run it, and to end it.</param>
    /// <exception cref="CommandException">The id was used for another call.</exception>
    public Recorded Begin(string user, string requestId, string call, out bool isNew)
    {
        lock (_lock)
        {
            var key = $"{user}/{requestId}";
            isNew = !_results.TryGetValue(key, out var known);
            if (known is not null)
            {
                return known.Call == call ? known : throw new CommandException(
                    CommandExit.Precondition, $"The request id '{requestId}' was used for another call.", "requestId", "Give each call an id of its own.");
            }

            if (_order.Count >= Capacity)
            {
                _results.Remove(_order.Dequeue());
            }

            _order.Enqueue(key);
            return _results[key] = new Recorded(call);
        }
    }

    /// <summary>One answer, under way or done.</summary>
    internal sealed class Recorded(string call)
    {
        private readonly TaskCompletionSource<byte[]?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Call => call;

        /// <summary>Its frames; null: it was too large to be kept, or was not ended.</summary>
        public Task<byte[]?> Done => _done.Task;

        public void End(byte[]? frames) => _done.TrySetResult(frames);
    }

    /// <summary>Writes to another sink and keeps what was written.</summary>
    internal sealed class Copy(IFrameSink sink) : IFrameSink
    {
        private MemoryStream? _kept = new();

        /// <summary>Null: more than is kept.</summary>
        public byte[]? Frames => _kept?.ToArray();

        public ValueTask WriteAsync(ReadOnlyMemory<byte> line, CancellationToken stop)
        {
            _kept?.Write(line.Span);
            _kept = _kept is { Length: > MostBytes } ? null : _kept;
            return sink.WriteAsync(line, stop);
        }
    }
}
