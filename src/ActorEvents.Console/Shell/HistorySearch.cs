using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Shell;

/// <summary>Ctrl+R: the latest line that holds what is typed; Ctrl+R again: the one before.</summary>
internal sealed class HistorySearch(IReadOnlyList<string> history, string former)
{
    private string _wanted = "";
    private int _at = history.Count;

    public string? Found => _at >= 0 && _at < history.Count ? history[_at] : null;

    public string Prompt => $"(search '{_wanted}'{(_wanted.Length > 0 && Found is null ? ": none" : "")}) ";

    /// <summary>The line that the search ends with, or null while it goes on.</summary>
    public string? Apply(Key key)
    {
        switch (key)
        {
            case { Kind: KeyKind.Text }:
                _wanted += key.Text;
                Find(Math.Min(_at, history.Count - 1));
                return null;
            case { Kind: KeyKind.Backspace }:
                _wanted = _wanted.Length > 0 ? _wanted[..^1] : "";
                Find(history.Count - 1);
                return null;
            case { Kind: KeyKind.Control, Text: 'r' }:
                Find(_at - 1);
                return null;
            case { Kind: KeyKind.Escape } or { Kind: KeyKind.Control, Text: 'g' }:
                return former;
            default:
                return Found ?? former;
        }
    }

    private void Find(int from)
    {
        _at = Math.Min(from, history.Count - 1);
        while (_at >= 0 && !history[_at].Contains(_wanted, StringComparison.OrdinalIgnoreCase))
        {
            _at--;
        }
    }
}
