"""An execution as one HTML file: its graph, lanes over virtual time, every visit's data, its history; `Execution.to_html`."""
