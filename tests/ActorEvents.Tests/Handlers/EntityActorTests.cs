using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Handlers;

public sealed class EntityActorTests() : TestKit("akka.loglevel = OFF")
{
    [Fact]
    public void What_does_not_fit_into_the_append_is_asked_for_again_at_once()
    {
        using var begin = new ManualResetEventSlim();
        var large = Emitter.Emit(40_000);
        var handler = Emitter.Handler(e =>
        {
            // Holds the entity until both lists wait for its next append.
            begin.Wait(TimeSpan.FromSeconds(20));
            return e.Position.Number == 1 ? Decision.Nothing : large;
        });
        var entity = Sys.ActorOf(Props.Create(() => new EntityActor(
            new EntityContext(handler, new TestJournal(), new Silent(), TimeProvider.System, NullLogger.Instance, new BlockedKeys()), new EntityKey("k"))));

        // Answered once it is recovered: what comes before would be one append.
        entity.Tell(new GetEntityStatus(new EntityKey("k")), TestActor);
        ExpectMsg<EntityStatus>(TimeSpan.FromSeconds(20));
        entity.Tell(Emitter.Deliver(Emitter.Stream, 1), TestActor);
        entity.Tell(Emitter.Deliver(Emitter.Stream, 2), TestActor);
        entity.Tell(Emitter.Deliver(Emitter.OtherStream, 2), TestActor);
        begin.Set();

        Done(Emitter.Stream, 1);
        Done(Emitter.Stream, 2);
        Assert.Equal(new Resend(new EntityKey("k"), Emitter.OtherStream.Name), ExpectMsg<Resend>(TimeSpan.FromSeconds(20)));
        entity.Tell(Emitter.Deliver(Emitter.OtherStream, 2), TestActor);
        Done(Emitter.OtherStream, 2);
    }

    private void Done(StreamId stream, long upTo) => Assert.Equal(new Done(new EntityKey("k"), stream.Name, upTo), ExpectMsg<Done>(TimeSpan.FromSeconds(20)));

    private sealed class Silent : IJournalSignal
    {
        public void Appended()
        {
        }
    }
}
