using ActorEvents.Hosting;
using ActorEvents.Tests.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Hosting;

public sealed class HostingTests
{
    [Fact]
    public async Task The_host_s_clock_stays_the_host_s()
    {
        await using var place = new SqliteTestJournal();
        await using var journal = await place.OpenAsync();
        var time = new FakeTimeProvider();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddActorEvents(journal, _ => { });
        await using var host = services.BuildServiceProvider();

        Assert.Same(time, host.GetRequiredService<TimeProvider>());
    }
}
