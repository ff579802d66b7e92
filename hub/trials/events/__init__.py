"""The trial of events: valid examples, spoiled in every way, sent by the thousand; nothing good may be lost."""
