namespace Jumpgate.Policy;

/// <summary>
/// Whose policy is asked: the sender's (egress) or the receiver's (ingress). Values as in the kernel's <c>enum
/// direction</c>.
/// </summary>
public enum TrafficDirection : byte
{
    Egress = 0,
    Ingress = 1,
}
