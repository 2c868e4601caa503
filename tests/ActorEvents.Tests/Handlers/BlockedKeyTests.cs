using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal;
using ActorEvents.Journal.Recovery;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Handlers;

public sealed class BlockedKeyTests() : TestKit("akka.loglevel = OFF")
{
    private static readonly StreamId Stream = new("s/t/0", "s/0");
    private static readonly EntityKey Key = new("k");

    /// <summary>The entity stops at each attempt, so the list must outlive it: else health shows nothing and the log repeats itself.</summary>
    [Fact]
    public async Task A_key_that_cannot_be_recovered_stays_listed_with_its_failures_until_it_can()
    {
        var journal = new Journal();
        var blocked = new BlockedKeys();
        var handler = new HandlerRegistration<string>("all", new Nothing(), 1024).Build();
        var context = new EntityContext(handler, journal, new Silent(), TimeProvider.System, NullLogger.Instance, blocked);
        await Handle(context, 0).GracefulStop(TimeSpan.FromSeconds(20));

        journal.Unreadable = true;
        for (var failures = 1; failures <= 2; failures++)
        {
            Watch(Start(context));
            ExpectMsg<Terminated>(TimeSpan.FromSeconds(20));
            var listed = Assert.Single(blocked.All);
            Assert.Equal(failures, listed.Failures);
            Assert.Equal("cannot be recovered: on purpose", listed.Reason);
        }

        journal.Unreadable = false;
        Handle(context, 1);
        Assert.Empty(blocked.All);
    }

    private IActorRef Start(EntityContext context) => Sys.ActorOf(Props.Create(() => new EntityActor(context, Key)));

    private IActorRef Handle(EntityContext context, long number)
    {
        var entity = Start(context);
        var envelope = new EventEnvelope { Id = "1", Source = "/s", Type = "t", Key = "k", Position = new EventPosition(Stream, number) };
        entity.Tell(new Deliver(Key, Stream, [envelope]), TestActor);
        Assert.Equal(number, ExpectMsg<Done>(TimeSpan.FromSeconds(20)).UpTo);
        return entity;
    }

    private sealed class Journal : TestJournal
    {
        public bool Unreadable { get; set; }

        public override void Read(RecoveryRead read)
        {
            if (Unreadable)
            {
                read.Failed(new IOException("on purpose"));
            }
            else
            {
                base.Read(read);
            }
        }
    }

    private sealed class Silent : IJournalSignal
    {
        public void Appended()
        {
        }
    }

    private sealed class Nothing : IEventHandler<string>
    {
        public string Initial => "";

        public Decision Handle(string state, EventEnvelope envelope) => Decision.Nothing;

        public string Apply(string state, object stateEvent) => state;
    }
}
