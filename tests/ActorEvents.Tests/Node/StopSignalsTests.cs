using System.Runtime.InteropServices;
using ActorEvents.Node;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Node;

public sealed class StopSignalsTests
{
    private readonly FakeTimeProvider _time = new();
    private int _ends;

    /// <summary>SIGTERM to the process group of dotnet run came twice within a moment and ended the node at once.</summary>
    [Fact]
    public void The_same_signal_within_a_moment_is_one()
    {
        using var signals = new StopSignals(_time, () => _ends++);
        signals.On(PosixSignal.SIGTERM);
        _time.Advance(TimeSpan.FromMilliseconds(900));
        signals.On(PosixSignal.SIGTERM);
        Assert.Equal(0, _ends);
        Assert.True(signals.Stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(20)));
        _time.Advance(TimeSpan.FromMilliseconds(200));
        signals.On(PosixSignal.SIGTERM);
        Assert.Equal(1, _ends);
    }

    [Fact]
    public void Another_signal_ends_at_once()
    {
        using var signals = new StopSignals(_time, () => _ends++);
        signals.On(PosixSignal.SIGTERM);
        signals.On(PosixSignal.SIGINT);
        Assert.Equal(1, _ends);
    }
}
