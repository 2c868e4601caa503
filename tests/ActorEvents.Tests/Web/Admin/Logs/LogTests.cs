using ActorEvents.Web.Admin.Logs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Web.Admin.Logs;

public sealed class LogTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LogRing _ring;
    private readonly LogLevels _levels;
    private readonly ILoggerFactory _logging;

    public LogTests()
    {
        (_ring, _levels) = (new LogRing(_time), new LogLevels(_time));
        var services = new ServiceCollection().AddLogging(l => l.ClearProviders().AddProvider(_ring).AddFilter("Akka", LogLevel.Warning));
        services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>>(_levels);
        services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(_levels);
        _logging = services.BuildServiceProvider().GetRequiredService<ILoggerFactory>();
    }

    [Fact]
    public void The_ring_keeps_the_last_lines_and_no_more()
    {
        var log = _logging.CreateLogger("Test");
        for (var i = 1; i <= LogRing.Capacity + 5; i++)
        {
            log.LogInformation("line {Number}", i);
        }

        var lines = _ring.After(0).Lines;
        Assert.Equal(LogRing.Capacity, lines.Count);
        Assert.Equal("line 6", lines[0].Text);
        Assert.Equal(2, _ring.After(_ring.Last - 2).Lines.Count);
    }

    [Fact]
    public void Whoever_waits_is_told_of_the_next_line()
    {
        var (lines, more) = _ring.After(0);
        Assert.Empty(lines);

        _logging.CreateLogger("Test").LogWarning("now");

        Assert.True(more.IsCompleted);
    }

    [Fact]
    public void A_long_line_and_a_long_stack_are_cut()
    {
        _logging.CreateLogger("Test").LogError(new InvalidOperationException(new string('y', 10_000)), "{Text}", new string('x', 10_000));

        var line = Assert.Single(_ring.After(0).Lines);
        Assert.Equal(4_097, line.Text.Length);
        Assert.Equal(4_097, line.Error!.Length);
    }

    [Fact]
    public void A_level_that_is_set_counts_at_once_and_goes_back_by_itself()
    {
        var (relay, akka) = (_logging.CreateLogger("ActorEvents.Relay"), _logging.CreateLogger("Akka.Cluster"));
        _levels.Set("ActorEvents.Relay", LogLevel.Debug, TimeSpan.FromMinutes(10));
        _levels.Set("Akka", LogLevel.Information, null);
        relay.LogDebug("one");
        akka.LogInformation("two");

        _time.Advance(TimeSpan.FromMinutes(10));
        relay.LogDebug("three");
        akka.LogInformation("four");
        _levels.Set("Akka", null, null);
        akka.LogInformation("five");

        Assert.Equal(["one", "two", "four"], _ring.After(0).Lines.Select(l => l.Text));
        Assert.Empty(_levels.Rules);
    }

    [Fact]
    public void A_level_can_be_raised_for_all()
    {
        var log = _logging.CreateLogger("Test");
        _levels.Set("", LogLevel.Error, null);
        log.LogWarning("unheard");
        _levels.Set("", null, null);
        log.LogWarning("heard");

        Assert.Equal(["heard"], _ring.After(0).Lines.Select(l => l.Text));
    }
}
