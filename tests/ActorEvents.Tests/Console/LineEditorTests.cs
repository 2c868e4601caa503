using ActorEvents.Aectl.Shell;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Tests.Aectl;

public sealed class LineEditorTests
{
    private static readonly Key Left = new(KeyKind.Left);
    private static readonly Key Up = new(KeyKind.Up);
    private static readonly Key Down = new(KeyKind.Down);
    private readonly LineEditor _editor = new(["cluster show", "dlq list", "cluster tail"]);

    [Fact]
    public void Text_is_put_in_at_the_cursor()
    {
        Type("ac");
        Press(Left);
        Type("b");

        Assert.Equal(("abc", 2), (_editor.Text, _editor.Cursor));
    }

    [Fact]
    public void Keys_move_and_remove_as_in_other_shells()
    {
        Type("one two  three");
        Press(Key.Control('w'));
        Assert.Equal("one two  ", _editor.Text);
        Press(Key.Control('w'));
        Assert.Equal("one ", _editor.Text);
        Press(Key.Control('a'), new Key(KeyKind.Delete));
        Assert.Equal("ne ", _editor.Text);
        Press(new Key(KeyKind.Right), Key.Control('k'));
        Assert.Equal("n", _editor.Text);
        Type("xy");
        Press(Left, Key.Control('u'));
        Assert.Equal(("y", 0), (_editor.Text, _editor.Cursor));
        Press(new Key(KeyKind.End), new Key(KeyKind.Backspace), new Key(KeyKind.Backspace));
        Assert.Equal(("", 0), (_editor.Text, _editor.Cursor));
    }

    [Fact]
    public void A_character_of_two_halves_is_one()
    {
        Type("a😀b");
        Press(Left, Left);
        Assert.Equal(1, _editor.Cursor);
        Press(new Key(KeyKind.Delete));
        Assert.Equal("ab", _editor.Text);
        Type("😀");
        Press(new Key(KeyKind.Backspace));
        Assert.Equal("ab", _editor.Text);
    }

    [Fact]
    public void Former_lines_come_back_and_so_does_what_was_being_written()
    {
        Type("draft");
        Press(Up);
        Assert.Equal("cluster tail", _editor.Text);
        Press(Up, Up, Up, Up);
        Assert.Equal("cluster show", _editor.Text);
        Press(Down, Down, Down, Down);
        Assert.Equal("draft", _editor.Text);
    }

    [Fact]
    public void A_search_finds_the_latest_line_and_then_those_before()
    {
        Press(Key.Control('r'));
        Type("clu");
        Assert.Equal("cluster tail", _editor.Text);
        Assert.Equal("(search 'clu') ", _editor.SearchPrompt);
        Press(Key.Control('r'));
        Assert.Equal("cluster show", _editor.Text);

        Assert.Equal(LineOutcome.Accepted, _editor.Apply(new Key(KeyKind.Enter)));
        Assert.Equal(("cluster show", (string?)null), (_editor.Text, _editor.SearchPrompt));
    }

    [Fact]
    public void A_search_that_is_left_gives_the_line_back()
    {
        Type("mine");
        Press(Key.Control('r'));
        Type("zzz");
        Assert.Contains("none", _editor.SearchPrompt, StringComparison.Ordinal);
        Press(new Key(KeyKind.Escape));

        Assert.Equal(("mine", (string?)null), (_editor.Text, _editor.SearchPrompt));
    }

    [Fact]
    public void Ctrl_C_and_Ctrl_D_have_their_outcomes()
    {
        Assert.Equal(LineOutcome.EndOfInput, _editor.Apply(Key.Control('d')));
        Type("x");
        Assert.Equal(LineOutcome.Editing, _editor.Apply(Key.Control('d')));
        Assert.Equal(LineOutcome.Interrupted, _editor.Apply(Key.Control('c')));
        Assert.Equal(LineOutcome.Completion, _editor.Apply(new Key(KeyKind.Tab)));
    }

    [Fact]
    public void A_completion_adds_what_all_values_share_then_shows_them()
    {
        Type("clu");
        Assert.Empty(_editor.Complete(3, ["cluster", "cluster-sharding"]));
        Assert.Equal("cluster", _editor.Text);
        Assert.Equal(["cluster", "cluster-sharding"], _editor.Complete(7, ["cluster", "cluster-sharding"]));
        Assert.Empty(_editor.Complete(7, ["cluster"]));
        Assert.Equal("cluster ", _editor.Text);
        Assert.Empty(_editor.Complete(0, []));
    }

    [Fact]
    public void A_long_line_shows_the_part_around_its_cursor()
    {
        var text = new string('a', 50) + "日本";

        var drawn = LineView.Draw("> ", text, text.Length, 20);

        Assert.Equal($"\r> {new string('a', 12)}日本\e[K\r\e[18C", drawn);
    }

    [Fact]
    public void Secrets_are_not_kept_in_the_history()
    {
        var palettes = Palettes();

        Assert.Equal("dlq list -d 1", Remembered("dlq list --password geheim -d 1"));
        Assert.Equal("dlq list", Remembered("dlq list --password=geheim"));
        Assert.Equal("dlq list", Remembered("dlq list -p geheim"));
        Assert.Equal("dlq list", Remembered("dlq list -pgeheim"));
        Assert.Equal("dlq lits", Remembered("dlq lits --password geheim"));
        Assert.Equal("dlq  list 'a b'", Remembered("dlq  list 'a b'"));

        string Remembered(string line) => RememberedLine.Of(line, global::ActorEvents.Aectl.Parsing.ShellLine.Read(line).Words, palettes);
    }

    private static global::ActorEvents.Aectl.Protocol.PaletteSet Palettes() =>
        global::ActorEvents.Aectl.Protocol.ProtocolJson.Read(System.Text.Encoding.UTF8.GetBytes(FakePalettes.All().ToJsonString()), global::ActorEvents.Aectl.Protocol.ProtocolJson.PaletteSet)!;

    private void Type(string text) => Press([.. AectlRun.Typed(text)]);

    private void Press(params Key[] keys)
    {
        foreach (var key in keys)
        {
            _editor.Apply(key);
        }
    }
}
