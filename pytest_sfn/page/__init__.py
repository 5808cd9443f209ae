"""What all HTML pages share: the document around a body, its look in light and dark, data for scripts, the drawn graph.

A page is complete without a script, loads nothing from the network, and is the same bytes for the same data. Assets are kept
small and by hand: `page.css` has the look that no page has for itself, `graph.js` moves a drawn graph and finds its parts.
"""
