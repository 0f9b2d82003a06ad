"""Page types with the shapes that AI functions must cope with. Nothing here knows that an AI app is installed."""
