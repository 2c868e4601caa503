using ActorEvents.Hosting;
using ActorEvents.Tests.Sources;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Hosting;

/// <summary>A partition that stood still was named twice in the first seconds, and never again.</summary>
public sealed class StandstillLogTests
{
    [Fact]
    public void What_stands_still_is_said_again_with_longer_pauses_until_it_goes_on()
    {
        var (time, log) = (new FakeTimeProvider(), new SourceKit.RecordedLog());
        var still = new StandstillLog(time, log);
        for (var second = 0; second < 3_600; second++)
        {
            still.Look([$"stream s: tracked {second}", "stream s: once more in the same look", .. second < 100 ? ["journal: away"] : Array.Empty<string>()]);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(
            [
                "Stands still for 15 s: stream s: tracked 15",
                "Stands still for 15 s: journal: away",
                "Stands still for 45 s: stream s: tracked 45",
                "Stands still for 45 s: journal: away",
                "Goes on again after 100 s: journal",
                "Stands still for 105 s: stream s: tracked 105",
                "Stands still for 4 min: stream s: tracked 225",
                "Stands still for 8 min: stream s: tracked 465",
                "Stands still for 16 min: stream s: tracked 945",
                "Stands still for 31 min: stream s: tracked 1845",
                "Stands still for 46 min: stream s: tracked 2745",
            ],
            log.Lines);

        still.Look([]);
        still.Look(["stream s: again"]);
        Assert.Equal("Goes on again after 60 min: stream s", log.Lines.Last());
    }
}
