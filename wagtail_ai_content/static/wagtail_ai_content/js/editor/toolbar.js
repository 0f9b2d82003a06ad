/*
 * The AI button in the toolbar and in the “/” list of Wagtail's rich text editor.
 *
 * A plain script, not a module, and next to Draftail's own: it has to be there when the first editor starts, and comes
 * again with forms that are loaded later. What the button does is in `assist_controller.js`.
 */

{
  /** Says where it was pressed, and closes itself: Draftail would otherwise wait for an entity. */
  class Pressed extends window.React.Component {
    componentDidMount() {
      const { onClose } = this.props;
      const wrapper = this.place.closest('[data-draftail-editor-wrapper]');
      setTimeout(() => {
        onClose();
        wrapper?.dispatchEvent(new CustomEvent('wac-toolbar:pressed', { bubbles: true }));
      });
    }

    render() {
      return window.React.createElement('span', { hidden: true, ref: (place) => { this.place = place ?? this.place; } });
    }
  }

  window.draftail.registerPlugin({ type: 'WAC-ASSIST', source: Pressed }, 'entityTypes');
}
