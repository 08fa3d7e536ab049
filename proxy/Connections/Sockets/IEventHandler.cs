namespace Jumpgate.Connections.Sockets;

/// <summary>Hears what epoll(7) says of a descriptor, on its loop's thread.</summary>
internal interface IEventHandler
{
    void OnEvents(uint events);
}
