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
                "Stands still for 1 min: stream s: tracked 60",
                "Stands still for 1 min: journal: away",
                "Stands still for 3 min: stream s: tracked 180",
                "Stands still for 7 min: stream s: tracked 420",
                "Stands still for 15 min: stream s: tracked 900",
                "Stands still for 30 min: stream s: tracked 1800",
                "Stands still for 45 min: stream s: tracked 2700",
            ],
            log.Lines);

        still.Look([]);
        still.Look(["stream s: again"]);
        Assert.Equal(7, log.Lines.Count);
    }
}
