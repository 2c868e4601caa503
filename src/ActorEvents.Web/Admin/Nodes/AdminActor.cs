using Akka.Actor;

namespace ActorEvents.Web.Admin.Nodes;

/// <summary>The admin service of one node as others reach it: runs what they ask for, hands what they answer to whoever waits.</summary>
internal sealed class AdminActor : ReceiveActor
{
    public const string Name = "actor-events-admin";

    /// <summary>Calls of other nodes at a time; what comes beyond waits for none and is told so.</summary>
    public const int MostCalls = 64;

    private readonly Dictionary<(IActorRef Asker, long Id), CancellationTokenSource> _running = [];

    public AdminActor(NodeCalls calls, INodeCommands commands, TimeProvider time)
    {
        calls.Self = Self;
        Receive<CallFrames>(calls.Take);
        Receive<RunCall>(call => Run(call, commands, time));
        Receive<CancelCall>(cancel => End((Sender, cancel.Id)));
        Receive<CallOver>(over =>
        {
            if (_running.Remove(over.Key, out var stop))
            {
                stop.Dispose();
            }

            Forget(over.Key.Asker);
        });
        Receive<Terminated>(gone =>
        {
            foreach (var key in _running.Keys.Where(k => k.Asker.Equals(gone.ActorRef)).ToList())
            {
                End(key);
            }
        });
    }

    public static Props Props(NodeCalls calls, INodeCommands commands, TimeProvider time) => Akka.Actor.Props.Create(() => new AdminActor(calls, commands, time));

    protected override void PostStop()
    {
        foreach (var key in _running.Keys.ToList())
        {
            End(key);
        }
    }

    private void Run(RunCall call, INodeCommands commands, TimeProvider time)
    {
        var key = (Sender, call.Id);
        if (_running.Count >= MostCalls || _running.ContainsKey(key))
        {
            // Not answered: who asks names this node as one that did not.
            return;
        }

        Sender.Tell(new CallFrames(call.Id, ReadOnlyMemory<byte>.Empty, Last: false), Self);
        Context.Watch(Sender);
        var stop = new CancellationTokenSource();
        _running.Add(key, stop);
        var (asker, self, token) = (Sender, Self, stop.Token);
        Task.Run(async () =>
        {
            var sink = new RemoteSink(asker, call.Id, self, commands.IsStream(call), time);
            try
            {
                await commands.RunHereAsync(call, sink, token);
                sink.Flush(last: true);
            }
            catch (OperationCanceledException)
            {
                // Nobody waits for it.
            }

            return new CallOver(key);
        }).PipeTo(Self, failure: _ => new CallOver(key));
    }

    private void End((IActorRef Asker, long Id) key)
    {
        if (_running.TryGetValue(key, out var stop))
        {
            stop.Cancel();
        }
    }

    private void Forget(IActorRef asker)
    {
        if (_running.Keys.All(k => !k.Asker.Equals(asker)))
        {
            Context.Unwatch(asker);
        }
    }

    private sealed record CallOver((IActorRef Asker, long Id) Key);
}
