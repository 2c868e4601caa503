using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Akka.Actor;

namespace ActorEvents.Web.Admin.Nodes;

/// <summary>Calls of this node to others that are under way.</summary>
internal sealed class NodeCalls(TimeProvider time)
{
    /// <summary>Bytes of one answer that may wait for a slow reader; beyond it the call ends, as the other node cannot be told to wait.</summary>
    private const long MostWaiting = 16 << 20;

    private readonly ConcurrentDictionary<long, Pending> _pending = [];
    private long _made;

    /// <summary>How long another node may take to say that it has the call. Default 3 s.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>This node's own admin actor.</summary>
    public IActorRef Self { get; set; } = ActorRefs.Nobody;

    /// <summary>Runs a call on another node: its frames, a line each.</summary>
    /// <param name="silence">How long nothing may come.</param>
    /// <exception cref="TimeoutException">It did not answer, or no more.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> RunAsync(ICanTell node, RunCall call, TimeSpan silence, [EnumeratorCancellation] CancellationToken stop)
    {
        var id = Interlocked.Increment(ref _made);
        var pending = new Pending();
        _pending[id] = pending;
        var ended = false;
        try
        {
            node.Tell(call with { Id = id }, Self);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            using var timer = time.CreateTimer(_ => patience.Cancel(), null, Patience, Timeout.InfiniteTimeSpan);
            await HasStartedAsync(pending, patience.Token, stop);
            timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            using var silent = time.CreateTimer(
                _ => pending.Pieces.Writer.TryComplete(new TimeoutException($"nothing came of it for {silence.TotalSeconds:0.#} s")), null, silence, Timeout.InfiniteTimeSpan);
            var rest = new List<byte>();
            await foreach (var piece in pending.Pieces.Reader.ReadAllAsync(stop))
            {
                Interlocked.Add(ref pending.Waiting, -piece.Lines.Length);
                silent.Change(silence, Timeout.InfiniteTimeSpan);
                var lines = piece.Lines;
                for (int end; (end = lines.Span.IndexOf((byte)'\n')) >= 0; lines = lines[(end + 1)..])
                {
                    rest.AddRange(lines.Span[..(end + 1)]);
                    yield return rest.ToArray();
                    rest.Clear();
                }

                rest.AddRange(lines.Span);
                if (piece.Last)
                {
                    ended = true;
                    yield break;
                }
            }
        }
        finally
        {
            _pending.TryRemove(id, out _);
            if (!ended)
            {
                node.Tell(new CancelCall(id), Self);
            }
        }
    }

    /// <summary>A piece of an answer has come. One that nobody waits for is dropped.</summary>
    public void Take(CallFrames piece)
    {
        if (_pending.TryGetValue(piece.Id, out var pending))
        {
            pending.Started.TrySetResult();
            if (Interlocked.Add(ref pending.Waiting, piece.Lines.Length) > MostWaiting)
            {
                pending.Pieces.Writer.TryComplete(new TimeoutException($"more than {MostWaiting >> 20} MiB of its answer were not read in time, so it was ended"));
            }

            pending.Pieces.Writer.TryWrite(piece);
        }
    }

    private async Task HasStartedAsync(Pending pending, CancellationToken patience, CancellationToken stop)
    {
        try
        {
            await pending.Started.Task.WaitAsync(patience);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"it did not answer within {Patience.TotalSeconds:0.#} s: it is busy, not reached, or of a version without this service", e);
        }
    }

    private sealed class Pending
    {
        public long Waiting;

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Channel<CallFrames> Pieces { get; } = Channel.CreateUnbounded<CallFrames>(new UnboundedChannelOptions { SingleReader = true });
    }
}
