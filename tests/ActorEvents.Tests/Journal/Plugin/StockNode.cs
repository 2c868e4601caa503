using ActorEvents.Journal;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;

namespace ActorEvents.Tests.Journal.Plugin;

/// <summary>An actor system with the journal and snapshot store of Akka.Persistence.Sql on our tables.</summary>
internal sealed class StockNode(JournalDatabase journal) : IAsyncDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("node", ActorSystemSetup.Create(
        BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString("akka.loglevel = OFF").WithFallback(journal.AkkaConfig)),
        journal.AkkaSetup));

    private readonly Dictionary<string, IActorRef> _writers = new(StringComparer.Ordinal);

    /// <summary>The actor of a persistence id, one for each.</summary>
    public IActorRef Writer(string persistenceId) =>
        _writers.TryGetValue(persistenceId, out var writer) ? writer : _writers[persistenceId] = _system.ActorOf(WriterActor.Of(persistenceId));

    public async ValueTask DisposeAsync() => await _system.Terminate();
}
