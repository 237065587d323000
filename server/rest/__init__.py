"""The REST shell: the envelope, failures, identity, controllers, the API's document and its pages."""
