using System.Text.Json;
using System.Text.Json.Serialization;
using ActorEvents.Hosting;
using ActorEvents.Journal.Stores;
using ActorEvents.Journal.Tail;
using ActorEvents.Shop.Feed;
using ActorEvents.Shop.Telemetry;
using ActorEvents.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Shop.Totals;

/// <summary>
/// Says how far the shop is while it runs, and once it is done the totals as one JSON line on standard output. Done: the file is at its end, all lanes are
/// committed up to the end offsets taken then, the relay has caught up, and while that was looked at nothing was added (so the second hop is done, too).
/// </summary>
public sealed class ShopCompletion(
    ActorEventsNode node, TotalsProjection totals, JournalTail journal, ShopFeed? feed, TimeProvider time, ILogger<ShopCompletion> log) : BackgroundService
{
    /// <summary>While the journal grows within this time, nothing is done yet, and nothing else is asked; doubled while it does not and nothing is done, three times at most.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Said = TimeSpan.FromSeconds(2);

    /// <summary>How totals are written, here and at <c>GET /shop/totals</c>.</summary>
    public static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.Strict };

    /// <summary>Completes when the shop is done for the first time.</summary>
    public Task<ShopTotals> Done => _done.Task;

    private string? _problem;
    private (long Fed, long Lines, long Invoices, int Open, long Lag)? _said;
    private readonly TaskCompletionSource<ShopTotals> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await node.Running.WaitAsync(stoppingToken);
            var said = time.GetTimestamp();
            var growth = new JournalGrowth(journal, time);
            ShopTotals? result = null;
            var quiet = 0;
            while (result is null)
            {
                if (await growth.WithinAsync(Quiet * (1 << Math.Min(quiet, 3)), stoppingToken))
                {
                    quiet = 0;
                }
                else
                {
                    quiet++;
                    result = await DoneAsync(stoppingToken);
                }

                if (result is null && time.GetElapsedTime(said) >= Said)
                {
                    said = time.GetTimestamp();
                    await SayAsync(stoppingToken);
                }
            }

            Console.Out.WriteLine(JsonSerializer.Serialize(result, Json));
            await Console.Out.FlushAsync(stoppingToken);
            _done.TrySetResult(result);
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested || node.Failure is not null)
        {
            _done.TrySetCanceled(CancellationToken.None);
        }
    }

    /// <summary>The totals, once everything is handled.</summary>
    private async Task<ShopTotals?> DoneAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (feed is not null && !(await feed.ProgressAsync(node.Journal.Positions, cancellationToken)).Complete)
            {
                return null;
            }

            var before = await EndsAsync(cancellationToken);
            if (await BehindAsync(before, cancellationToken) > 0)
            {
                return null;
            }

            var highest = await journal.EndAsync(cancellationToken);
            if (node.Relay is not { Problem: null } relay || relay.Place < highest)
            {
                return null;
            }

            var after = await EndsAsync(cancellationToken);
            return before.SequenceEqual(after) && highest == await journal.EndAsync(cancellationToken)
                ? await totals.ReadAsync(cancellationToken)
                : null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            SayFailed(e);
            return null;
        }
    }

    private async Task<List<CommittedPosition>> EndsAsync(CancellationToken cancellationToken)
    {
        var ends = new List<CommittedPosition>();
        foreach (var source in node.Sources)
        {
            ends.AddRange(await source.EndsAsync(node.Journal.Positions, cancellationToken));
        }

        return ends;
    }

    private async Task<int> BehindAsync(List<CommittedPosition> ends, CancellationToken cancellationToken)
    {
        var behind = 0;
        foreach (var end in ends)
        {
            if (end.Next > 0 && ((await node.Journal.Positions.ReadAsync(end.Stream, cancellationToken))?.Next ?? -1) < end.Next)
            {
                behind++;
            }
        }

        return behind;
    }

    private async Task SayAsync(CancellationToken cancellationToken)
    {
        try
        {
            var now = await totals.ReadAsync(cancellationToken);
            var fed = feed is null ? 0 : (await feed.ProgressAsync(node.Journal.Positions, cancellationToken)).Lines;
            var relay = node.Relay;
            var progress = (fed, now.Lines, now.Invoices, Open: await BehindAsync(await EndsAsync(cancellationToken), cancellationToken), Lag: relay is null ? -1 : relay.Highest - relay.Place);
            if (progress != _said)
            {
                _said = progress;
                Log.Progress(log, fed, now.Lines, now.Invoices, progress.Open, progress.Lag);
            }

            _problem = null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            SayFailed(e);
        }
    }

    private void SayFailed(Exception e)
    {
        // The same once: it is looked again and again.
        if (_problem != e.Message)
        {
            _problem = e.Message;
            Log.ProgressFailed(log, e.Message);
        }
    }
}
