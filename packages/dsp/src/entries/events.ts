export { annotationsFromEvents, type AnnotationsFromEventsOptions } from "../annotations";
export { eventsFromAnnotations, type EventsFromAnnotationsOptions } from "../annotations";
export { mergeEvents, pickEvents, type PickEventsOptions, stimFromEvents } from "../event-edits";
