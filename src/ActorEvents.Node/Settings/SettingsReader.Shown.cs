using System.Collections;
using System.Globalization;

namespace ActorEvents.Node.Settings;

/// <summary>All settings as operators see them.</summary>
public sealed partial class SettingsReader
{
    /// <summary>Name, value, and where it comes from (<c>default</c>: nowhere). Secrets are masked.</summary>
    public IReadOnlyList<(string Key, string Value, string Origin)> Shown =>
    [
        .. schema.All.Select(s => (s.Key, Masked(s.Key, _given.TryGetValue(s.Key, out var given) ? given.Text : Text(s.Value)), given.Origin ?? "default")),
        .. _given.Where(g => schema.Find(g.Key) is null).Select(g => (g.Key, Masked(g.Key, g.Value.Text), g.Value.Origin)),
    ];

    private static string Masked(string key, string value) => Secrets.Contains(key) ? "(not shown)" : value;

    private static string Text(object? value) => value switch
    {
        bool on => on ? "on" : "off",
        Enum named => SettingsSchema.Kebab(named.ToString()),
        string text => text,
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{(time.TotalSeconds >= 1 ? time.TotalSeconds : time.TotalMilliseconds):0.###} {(time.TotalSeconds >= 1 ? "s" : "ms")}"),
        IEnumerable<string> list => string.Join(",", list),
        IEnumerable => "",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
