using ActorEvents.Relay;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Relay;

public sealed class RelayWakerTests : TestKit
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task The_first_append_wakes_at_once_and_those_behind_it_once_more_when_the_interval_is_over()
    {
        using var waker = new RelayWaker(TestActor, _time);
        for (var i = 0; i < 1_000; i++)
        {
            waker.Appended();
        }

        await ExpectMsgAsync<JournalAppended>();
        Assert.False(HasMessages);
        _time.Advance(RelayWaker.Interval);
        await ExpectMsgAsync<JournalAppended>();
        _time.Advance(10 * RelayWaker.Interval);
        Assert.False(HasMessages);

        waker.Appended();
        await ExpectMsgAsync<JournalAppended>();
    }

    [Fact]
    public async Task Appends_on_many_threads_are_never_left_without_a_notification_behind_them()
    {
        using var waker = new RelayWaker(TestActor, _time);
        for (var round = 0; round < 300; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(waker.Appended)));
            _time.Advance(RelayWaker.Interval);
            await ExpectMsgAsync<JournalAppended>();
            while (HasMessages)
            {
                await ExpectMsgAsync<JournalAppended>();
            }

            _time.Advance(RelayWaker.Interval);
            Assert.False(HasMessages);
        }
    }
}
