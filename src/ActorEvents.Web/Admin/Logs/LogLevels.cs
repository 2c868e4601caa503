using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ActorEvents.Web.Admin.Logs;

/// <summary>A level that was set while the node runs.</summary>
/// <param name="Category">Beginning of a logger's name; empty: all that have no other rule.</param>
/// <param name="Until">When it goes back by itself; null: at the node's end.</param>
internal sealed record LevelRule(string Category, LogLevel Level, DateTimeOffset? Until);

/// <summary>Levels of the log that are set while the node runs. They stand in front of those of its configuration, for all outputs of the log.</summary>
internal sealed class LogLevels(TimeProvider time) : IPostConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (LevelRule Rule, ITimer? Timer)> _rules = new(StringComparer.OrdinalIgnoreCase);
    private CancellationTokenSource _changed = new();

    public string Name => Options.DefaultName;

    public IReadOnlyList<LevelRule> Rules
    {
        get
        {
            lock (_lock)
            {
                return [.. _rules.Values.Select(r => r.Rule).OrderBy(r => r.Category, StringComparer.Ordinal)];
            }
        }
    }

    public IChangeToken GetChangeToken()
    {
        lock (_lock)
        {
            return new CancellationChangeToken(_changed.Token);
        }
    }

    /// <summary>Of rules of one name the last one counts.</summary>
    public void PostConfigure(string? name, LoggerFilterOptions options)
    {
        foreach (var rule in Rules)
        {
            options.Rules.Add(new LoggerFilterRule(null, rule.Category.Length == 0 ? null : rule.Category, rule.Level, null));
            options.MinLevel = rule.Level < options.MinLevel ? rule.Level : options.MinLevel;
        }
    }

    /// <param name="level">Null: as configured again.</param>
    /// <param name="duration">Null: until the node ends.</param>
    public void Set(string category, LogLevel? level, TimeSpan? duration)
    {
        lock (_lock)
        {
            if (_rules.Remove(category, out var old))
            {
                old.Timer?.Dispose();
            }

            if (level is { } wanted)
            {
                var timer = duration is { } span ? time.CreateTimer(_ => Set(category, null, null), null, span, Timeout.InfiniteTimeSpan) : null;
                _rules[category] = (new LevelRule(category, wanted, time.GetUtcNow() + duration), timer);
            }
        }

        Changed();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (_, timer) in _rules.Values)
            {
                timer?.Dispose();
            }

            _rules.Clear();
        }
    }

    private void Changed()
    {
        CancellationTokenSource old;
        lock (_lock)
        {
            (old, _changed) = (_changed, new CancellationTokenSource());
        }

        old.Cancel();
    }
}
