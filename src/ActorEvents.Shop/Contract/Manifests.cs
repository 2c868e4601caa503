namespace ActorEvents.Shop.Contract;

/// <summary>The manifests of the shop's state events in the journal. They never change their meaning.</summary>
internal static class Manifests
{
    public const string LineAdded = "shop.line-added.1";
    public const string Charged = "shop.charged.1";
    public const string Moved = "shop.moved.1";
    public const string Bought = "shop.bought.1";
    public const string Counted = "shop.counted.1";
}
