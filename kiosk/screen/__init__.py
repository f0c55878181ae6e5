"""The face: a touch screen that nobody needs to have explained. It may crash; the call is the link's."""
