namespace ActorEvents.Scenarios.Nodes;

/// <summary>Asks a node every 100 ms whether it is ready, as a probe with a time-out of one second does.</summary>
internal sealed class Probe : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1) }) { Timeout = TimeSpan.FromSeconds(1) };

    private readonly string _url;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(long At, int Code, double Milliseconds)> _answers = [];
    private readonly Task _asking;
    private volatile bool _away;

    public Probe(string url)
    {
        _url = url;
        _asking = AskAsync();
    }

    /// <summary>The node is killed, frozen or stopped by the test: no answer is expected.</summary>
    public bool Away
    {
        set => _away = value;
    }

    /// <summary>Every answer; code 0: none in time.</summary>
    public IReadOnlyList<(long At, int Code, double Milliseconds)> Answers
    {
        get
        {
            lock (_answers)
            {
                return [.. _answers];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AskAsync()
    {
        using var timer = new PeriodicTimer(s_interval, TimeProvider.System);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            if (_away)
            {
                continue;
            }

            var begun = Environment.TickCount64;
            var code = 0;
            try
            {
                using var response = await s_http.GetAsync(_url, _stop.Token);
                code = (int)response.StatusCode;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !_stop.IsCancellationRequested)
            {
                // No answer in time.
            }

            if (!_away)
            {
                lock (_answers)
                {
                    _answers.Add((Environment.TickCount64, code, Environment.TickCount64 - begun));
                }
            }
        }
    }
}
