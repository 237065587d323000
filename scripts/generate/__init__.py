"""Write what is made from the wire: the AsyncAPI document, the protocol's pages, the clients' types."""
