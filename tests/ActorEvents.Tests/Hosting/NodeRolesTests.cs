using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Hosting;
using ActorEvents.Tests.Handlers;

namespace ActorEvents.Tests.Hosting;

public sealed class NodeRolesTests
{
    /// <summary>With a role for each name their coordinators would be two, and each key an entity on either node.</summary>
    [Fact]
    public void Nodes_with_the_former_and_the_present_name_of_a_handler_have_one_role_for_it() =>
        Assert.Equal(Roles(h => h.Handles("number"), "counter"), Roles(h => h.Handles("number").FormerName("counter"), "tally"));

    [Fact]
    public void What_a_handler_takes_is_read_back_from_its_role()
    {
        var (name, text) = Assert.Single(NodeRoles.TakesOf(Roles(h => h.Handles("shop.*", "a|b;c").FromSources("/s \"1\""), "counter")));
        var selector = EventSelector.Parse(text);

        Assert.Equal("counter", name);
        Assert.True(selector.Matches(Event("shop.x", "/s \"1\"")) && selector.Matches(Event("a|b;c", "/s \"1\"")));
        Assert.False(selector.Matches(Event("shop.x", "/other")) || selector.Matches(Event("a", "/s \"1\"")));
    }

    private static EventEnvelope Event(string type, string source) => new() { Id = "1", Type = type, Source = source, Position = new EventPosition(new StreamId("s", "s"), 0) };

    private static string[] Roles(Action<HandlerRegistration<Sum>> register, string name)
    {
        var builder = new ActorEventsBuilder(new ActorEventsOptions()).AddHandler(name, new Emitter(_ => Decision.Nothing), h => register(h.StateEvent<Counted>("counted")));
        return [.. NodeRoles.Of(builder, "journal", [])];
    }
}
