using ActorEvents.Events;

namespace ActorEvents.Tests.Events;

public sealed class EntityKeyTests
{
    [Theory]
    [InlineData("")]
    [InlineData("536365")]
    [InlineData("  Ä€ \t\n")]
    [InlineData("🔑🔑")]
    [InlineData("a\ufffdb")]
    public void Every_well_formed_text_is_a_key(string text) => Assert.Null(EntityKey.Flaw(text));

    [Theory]
    [InlineData(new[] { 'a', '\0', 'b' }, "U+0000")]
    [InlineData(new[] { '\ud83d' }, "surrogate")]
    [InlineData(new[] { '\ud83d', 'x' }, "surrogate")]
    [InlineData(new[] { 'x', '\udd11' }, "surrogate")]
    [InlineData(new[] { '\udd11', '\ud83d' }, "surrogate")]
    [InlineData(new[] { '\ud83d', '\udd11', '\ud83d' }, "surrogate")]
    public void A_text_that_databases_would_change_or_refuse_is_not_a_key(char[] text, string named) =>
        Assert.Contains(named, EntityKey.Flaw(new string(text)), StringComparison.Ordinal);
}
